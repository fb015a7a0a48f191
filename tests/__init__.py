"""The test suite. A package, so that one test folder can use what another one owns: ``from tests.support import …``."""
