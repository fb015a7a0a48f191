"""``python -m mailsetup ADDRESS``."""

from mailsetup.cli import main

if __name__ == "__main__":
    main()
