"""python -m simulators.idoklad"""

import sys

from simulators.idoklad import main

sys.exit(main())
