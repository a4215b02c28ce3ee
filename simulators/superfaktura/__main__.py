"""python -m simulators.superfaktura"""

import sys

from simulators.superfaktura import main

sys.exit(main())
