"""What every engine must do, asked of the transformers engine at each level of a processor."""

from tests.contract.test_engine_contract import *  # noqa: F403 - the same tests, other engines
from tests.contract.test_prompt_contract import *  # noqa: F403
