"""python -m simulators.fakturoid"""

import sys

from simulators.fakturoid import main

sys.exit(main())
