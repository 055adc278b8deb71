"""Figures and what follows from them.

What a figure is     observation (the nouns), relative (targets against last year), values, books
Reading files        reading (the verb) ← layouts, headers, rows, stating, cells, wording, words, months, totals,
                     gathering, settling; preview looks before anything is imported
Which source counts  calibers, rulings, deciding, explanation (数据说明)
Facts                facts (nouns and `derive`) ← deriving, history, printing
Before drafting      readiness, board, charts; plausibility ← identities, sampling, telling, suppression; targets
Between years        attainment ← stated, subjects (what documents plan and report)
Between offices      rollup, rollup_book, owing, template
Kept                 store
"""
