"""python -m simulators.unas"""

import sys

from simulators.unas import main

sys.exit(main())
