# The studio as an image: everything is installed when it is built, nothing when it starts.
#   docker build -t fine-tuning-studio . && docker run -p 127.0.0.1:7860:7860 -v studio:/data fine-tuning-studio
# For NVIDIA cards build with --build-arg TORCH_INDEX= and run with --gpus all.
FROM python:3.11-slim

ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN useradd --create-home --uid 1000 studio && install -d -o studio /app /data
WORKDIR /app

COPY requirements.lock .
RUN if [ -n "$TORCH_INDEX" ]; then pip install --no-cache-dir --no-deps --index-url "$TORCH_INDEX" torch==2.13.0; fi \
    && pip install --no-cache-dir -r requirements.lock

USER studio
ENV STUDIO_HOME=/data STUDIO_CACHE=/home/studio/.cache/fine-tuning-studio
COPY --chown=studio studio/core studio/core
COPY --chown=studio studio/__init__.py studio/
COPY --chown=studio studio/engine studio/engine
RUN python -m studio.engine.starter
COPY --chown=studio . .

EXPOSE 7860
# Every address inside the container, for the port to be published; the log shows the one with the token.
CMD ["python", "launch.py", "start", "--host", "0.0.0.0", "--port", "7860", "--no-browser"]
