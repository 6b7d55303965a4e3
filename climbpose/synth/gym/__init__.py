"""The wall, its holds and the hall, as one picture from where the phone stands."""
