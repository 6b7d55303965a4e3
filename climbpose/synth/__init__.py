"""Makes labelled climbing video: a body, a route, a climb, a camera, a picture."""
