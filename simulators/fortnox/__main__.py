"""python -m simulators.fortnox"""

import sys

from simulators.fortnox import main

sys.exit(main())
