"""Figures and what follows from them."""
