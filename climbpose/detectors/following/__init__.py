"""Following people through a video: searched in tiles, followed in turned regions, looked back for.

What detectors share whose networks find people in squares and landmarks in crops; the pipeline is
that of Bazarevsky et al., "BlazePose: On-device Real-time Body Pose Tracking" (2020). Beyond it,
several people are followed at once, small people are searched in tiles, who is lost is looked for
nearby first, who is found is looked for in the frames before, and who is seen for a moment only is
taken for a mistake.
"""
