"""Networks as plain graphs: read from published files, trained with torch, run without it."""

import sys

# Importing OpenVINO loads its telemetry, which puts an identifier into the user's home. Only its
# conversion tools use it, and they do without where it cannot be imported.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
