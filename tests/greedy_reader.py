"""Stands in for the reader of uploads and takes all the memory it can get."""

from chugao.documents.uploading import _limit

_limit(ocr=False)
held = [bytearray(2**26) for _ in range(2**8)]  # 16 GB
print('{"error": "the limit does not hold", "rejected": true}')
