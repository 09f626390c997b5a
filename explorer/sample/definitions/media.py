"""Images, sound, film: stable diffusion, ComfyUI, whisper, ffmpeg, blender."""

from __future__ import annotations

from random import Random

from explorer.sample.definitions.blocks import FAKE_KEY, Family, definition, http_check, port, run, volume
from explorer.sample.draw import JsonObject

PROMPTS = (
    "a lighthouse in a storm, oil painting", "isometric server room, soft light", "portrait of an otter as an engineer",
    "misty pine forest at dawn, 35mm", "a paper city floating on the sea",
)  # fmt: skip


def stable_diffusion(rng: Random) -> JsonObject:
    """Return a batch of pictures, cmd as a string, model from S3 by url."""
    count = rng.choice((4, 8, 16, 32))
    return definition(
        run(
            "stable-diffusion",
            "docker.io/nosana/stable-diffusion:1.4.0",
            f'python generate.py --prompt "{rng.choice(PROMPTS)}" --images {count} --seed {rng.randrange(10**6)}',
            gpu=True,
            resources=[{"type": "S3", "url": "https://models.nosana.io/stable-diffusion/1.5", "target": "/models"}],
            results={"images": r"saved (/output/\S+)", "rate": {"regex": r"([0-9.]+) it/s", "logType": ["stderr"]}},
        ),
        trigger=rng.choice(("cli", "sdk", "api")),
        vram_mb=6144,
    )


def a1111(_: Random) -> JsonObject:
    """Return the AUTOMATIC1111 page with a model that the 3060 market requires, one exposed number."""
    model = {"type": "S3", "url": "https://models.nosana.io/stable-diffusion/dreamshaper/8", "target": "/models"}
    return definition(
        run("a1111", "docker.io/saladtechnologies/a1111:ipv6-v1.9.4", [], gpu=True, expose=7860, resources=[model]),
        trigger="dashboard",
        vram_mb=8192,
    )


def comfyui(rng: Random) -> JsonObject:
    """Return ComfyUI with a checkpoint from S3 and custom nodes in a volume."""
    sdxl = {
        "type": "S3",
        "url": "https://models.nosana.io/stable-diffusion/sdxl",
        "files": ["sd_xl_base_1.0.safetensors"],
        "target": "/comfyui/models/checkpoints",
    }
    flux = {"type": "HF", "repo": "black-forest-labs/FLUX.1-schnell", "target": "/comfyui/models/unet"}
    return definition(
        volume("custom-nodes", "custom-nodes"),
        run(
            "comfyui",
            "docker.io/nosana/comfyui:2.0.5",
            gpu=True,
            expose=[port(8188, http_check("/system_stats"))],
            volumes=[{"name": "custom-nodes", "dest": "/comfyui/custom_nodes"}],
            resources=[rng.choice((sdxl, sdxl, flux))],
        ),
        trigger="dashboard",
        vram_mb=10240,
    )


def whisper(rng: Random) -> JsonObject:
    """Return a transcription of one recording."""
    episode = rng.randrange(1, 400)
    model = rng.choice(("base", "medium", "large-v3"))
    return definition(
        run(
            "run-whisper",
            "docker.io/nosana/whisper:latest",
            f"wget -q https://audio.example/talks/{episode:03d}.mp3 -O audio.mp3; "
            f"python openai-whisper.py -p audio.mp3 --model {model}",
            gpu=True,
            results={"language": "Detected language: (.+)"},
        ),
        trigger=rng.choice(("cli", "sdk", "cron")),
        vram_mb=4096,
    )


def ffmpeg(rng: Random) -> JsonObject:
    """Return a film brought to another codec, in two steps that share a volume."""
    film = rng.randrange(1, 90)
    scratch = [{"name": "scratch", "dest": "/scratch"}]
    return definition(
        volume("make-scratch", "scratch"),
        run(
            "fetch",
            "docker.io/curlimages/curl:8.16.0",
            ["-sSL", "-o", "/scratch/in.mp4", f"https://films.example/{film}.mp4"],
            volumes=scratch,
            execution={"group": "1-fetch"},
        ),
        run(
            "transcode",
            "docker.io/jrottenberg/ffmpeg:7.1-nvidia",
            ["-y", "-hwaccel", "cuda", "-i", "/scratch/in.mp4", "-c:v", rng.choice(("hevc_nvenc", "av1_nvenc")),
             "-preset", "p5", "-b:v", "6M", "/scratch/out.mp4"],
            gpu=True,
            volumes=scratch,
            results={"speed": {"regex": r"speed=\s*([0-9.]+)x", "logType": ["stderr"]}},
            execution={"group": "2-transcode"},
        ),
        run(
            "upload",
            "docker.io/amazon/aws-cli:2.31.0",
            "aws s3 cp /scratch/out.mp4 s3://example-films/out.mp4",
            volumes=scratch,
            env={"AWS_ACCESS_KEY_ID": "AKIA0000SAMPLE000001", "AWS_SECRET_ACCESS_KEY": FAKE_KEY},
            execution={"group": "3-upload"},
        ),
        trigger="api",
    )  # fmt: skip


def blender(rng: Random) -> JsonObject:
    """Return frames of a scene rendered with Cycles, scene and pictures in a bucket it may write to."""
    first = rng.randrange(1, 900)
    iam = {"REGION": "eu-west-1", "ACCESS_KEY_ID": "AKIA0000SAMPLE000002", "SECRET_ACCESS_KEY": FAKE_KEY}
    return definition(
        run(
            "render",
            "docker.io/linuxserver/blender:4.5.3",
            ["blender", "-b", "/scenes/classroom.blend", "-E", "CYCLES", "-s", str(first), "-e", str(first + 11), "-a",
             "--", "--cycles-device", "OPTIX"],
            entrypoint="/usr/bin/env",
            gpu=True,
            work_dir="/scenes",
            resources=[
                {
                    "type": "S3",
                    "url": "s3://example-scenes/classroom",
                    "target": "/scenes",
                    "allowWrite": True,
                    "IAM": iam,
                }
            ],
            results={"saved": "Saved: '(.+)'"},
        ),
        trigger="render-farm",
        vram_mb=8192,
    )  # fmt: skip


FAMILIES = (
    Family("stable diffusion", stable_diffusion, 6, 9),
    Family("a1111", a1111, 8, 4),
    Family("comfyui", comfyui, 10, 6),
    Family("whisper", whisper, 4, 8),
    Family("ffmpeg", ffmpeg, 4, 4),
    Family("blender", blender, 8, 4),
)
