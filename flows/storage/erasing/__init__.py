"""Erasures: who was erased, what an erasure writes anew, and how it is carried out whole."""
