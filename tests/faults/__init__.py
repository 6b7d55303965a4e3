"""The fault table: each stage of an annotation against each thing that may go wrong in it."""
