"""What several test suites share: a certificate authority, and small servers on loopback with faults on demand."""
