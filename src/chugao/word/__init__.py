"""A draft as a Word file in the official layout: every rule of the page is data, every block keeps its anchor.

layout       the page of GB/T 9704 (or of a house) as data
titles       where a long title turns
flow         what stands on the pages, in order; also what the markdown shows
anchors      bookmarks, custom properties and manifest by which a returned file finds its draft again
comments     native comments: where each number comes from
styles       the style sheet of a layout
tables       tables: widths, type size, when a table needs a page of its own
package      the zip, the same bytes each time
typesetting  the verb
revisions    a file with tracked changes: what it says if all are accepted, and if all are refused
merging      both versions in one flow; authors and reasons: who changed what, and why a number changed
redlining    that flow as tracked changes; redline is the verb
judging      whether a file keeps to the page; judging_pages: whether what is printed does
preview      PDF and pictures by LibreOffice
"""
