"""python -m simulators.billingo"""

import sys

from simulators.billingo import main

sys.exit(main())
