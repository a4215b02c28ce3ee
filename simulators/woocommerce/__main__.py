"""python -m simulators.woocommerce"""

import sys

from simulators.woocommerce import main

sys.exit(main())
