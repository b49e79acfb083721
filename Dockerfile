# One image for every part: the website, the background API and the commands. `compose.yaml` says which part runs where.
# The base image is an argument, so that it can come from a registry of one's own: --build-arg PYTHON_IMAGE=...
ARG PYTHON_IMAGE=python:3.11-slim
FROM ${PYTHON_IMAGE}

WORKDIR /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 FLASK_APP=movie_recommender INSTANCE_PATH=/instance HF_HUB_OFFLINE=1
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir -r requirements.txt -c constraints.txt
COPY movie_recommender movie_recommender
COPY background_api background_api
RUN useradd --create-home movies && mkdir -p /instance/posters && chown -R movies /instance
# Numba keeps what it compiled in a folder that survives the container's code being read-only.
ENV NUMBA_CACHE_DIR=/instance/numba
USER movies
VOLUME /instance
EXPOSE 5000 5001
# The website, its memory as `flask start` has it kept (`supervisor.FRUGAL`).
CMD ["env", "MALLOC_ARENA_MAX=2", "MALLOC_MMAP_THRESHOLD_=1048576", "MALLOC_TRIM_THRESHOLD_=2097152", "gunicorn", "movie_recommender:create_app()", "--bind", "0.0.0.0:5000", "--worker-class", "gthread", "--workers", "2", "--threads", "4"]
