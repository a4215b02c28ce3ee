"""python -m simulators.fakturownia"""

import sys

from simulators.fakturownia import main

sys.exit(main())
