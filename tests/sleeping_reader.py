"""Stands in for the reader of uploads and never ends."""

import time

time.sleep(600)
