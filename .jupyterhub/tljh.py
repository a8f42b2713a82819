# For The Littlest JupyterHub: goes to /opt/tljh/config/jupyterhub_config.d/course.py. README.md tells how.
c = get_config()  # noqa: F821

c.Spawner.environment = {
    "OMP_NUM_THREADS": "1",  # else the kernels of a class keep each other waiting
    # "COURSE_MODELS": "hub",
    # "HF_HUB_CACHE": "/srv/checkpoints",
    # "HF_HUB_OFFLINE": "1",
}
