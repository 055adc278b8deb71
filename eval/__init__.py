"""Measure what the product promises: `python -m eval run|mutate|bench`.

In: cases (`eval/cases/`), clean sentences (`eval/clean/`).  Out: tables on the screen and `eval/results/*.json`.

Nothing here trusts the product's own reading of a number: `eval.truth` and `eval.reading` read figures and text anew.
"""
