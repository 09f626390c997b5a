"""Logs of work that ends: models asked once, pictures, sound, film, training, benchmarks."""

from __future__ import annotations

from collections.abc import Iterator

from explorer.sample.definitions.tools import LONG_LINES
from explorer.sample.logs.screen import (
    BOLD,
    CYAN,
    GREEN,
    RESET,
    Line,
    Run,
    bar,
    colour256,
    err,
    nvidia_smi,
    out,
    pip,
    true_colour,
)

SENTENCES = (
    "The grid had been quiet all night.", "Nobody expected the first message to arrive before dawn.",
    "So we built the thing twice, once to learn and once to keep.", "What colour is the sky when nobody looks?",
    "There is a long answer and a short one, and both are wrong.", "Thank you for having me on the show.",
    "It is cheaper to wait than to move the data.", "That, in one sentence, is how a queue works.",
)  # fmt: skip
KEPT_FILES = (
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
)


def llama2(run: Run) -> Iterator[Line]:
    """Yield the log of llama.cpp asked one question; its results are taken from here by regex."""
    rng, node = run.rng, run.node
    yield from err("ggml_init_cublas: GGML_CUDA_FORCE_MMQ:   no", f"ggml_init_cublas: found {node.gpus} CUDA devices:")
    for index in range(node.gpus):
        yield from err(f"  Device {index}: {node.gpu}, compute capability {node.architecture}")
    yield from err(
        "llama_model_loader: loaded meta data with 19 key-value pairs and 291 tensors from llama-2-7b-chat.Q8_0.gguf",
        *(
            f"llama_model_loader: - tensor {n:4d}: blk.{n // 9}.attn_{'qkvo'[n % 4]}.weight q8_0 [ 4096, 4096 ]"
            for n in range(0, 36)
        ),
        f"llm_load_tensors: VRAM used: {rng.uniform(6000, 7100):.2f} MiB",
        "." * 96,
    )
    yield from out(
        f"[INST] {run.words[-1][:80] if run.words else ''} [/INST]  {rng.choice(SENTENCES)} {rng.choice(SENTENCES)}"
    )
    yield from err(
        f"llama_print_timings:        eval time = {rng.uniform(900, 9000):9.2f} ms / {rng.randrange(40, 400):4d} runs",
        f"llama_print_timings:       total time = {rng.uniform(2000, 12000):9.2f} ms",
    )


def tinyllama(run: Run) -> Iterator[Line]:
    """Yield the log of TinyLlama asked once through transformers."""
    yield from err(
        "`torch_dtype` is deprecated! Use `dtype` instead!",
        bar("Loading checkpoint shards", 1, run.rng),
        "Device set to use cuda:0",
    )
    yield from out("<|user|>", run.option("--prompt", "..."), "<|assistant|>", *run.rng.sample(SENTENCES, 4))


def pictures(run: Run) -> Iterator[Line]:
    """Yield the log of a batch of pictures."""
    rng = run.rng
    count = int(run.option("--images", "4")) if run.option("--images", "4").isdigit() else 4
    yield from pip(rng, "diffusers", "accelerate", "safetensors")
    yield from err(bar("Loading pipeline components...", 7, rng))
    for number in range(min(count, 64)):
        yield from err(bar("", 30, rng) if number % 3 else f"{rng.uniform(2, 15):.2f} it/s")
        yield from out(
            f"{GREEN}saved{RESET} /output/{number:04d}.png" if number % 2 else f"saved /output/{number:04d}.png"
        )


def comfyui(run: Run) -> Iterator[Line]:
    """Yield the log of ComfyUI or of the A1111 page."""
    rng, node = run.rng, run.node
    yield from out(
        f"Total VRAM {node.vram_mb} MB, total RAM {node.ram_mb} MB",
        f"pytorch version: 2.8.0+cu129 | Device: cuda:0 {node.gpu} : cudaMallocAsync",
        "Import times for custom nodes:",
        "   0.0 seconds: /comfyui/custom_nodes/websocket_image_save.py",
        f"{CYAN}To see the GUI go to: http://0.0.0.0:{7860 if 'a1111' in run.image else 8188}{RESET}",
    )
    for number in range(min(80, 2 + int(run.seconds / 90))):
        yield from out(
            "got prompt", f"Requested to load {rng.choice(('SDXL', 'SDXLClipModel', 'AutoencoderKL', 'Flux'))}"
        )
        yield from err(bar("", 20, rng))
        yield from out(colour256(39 + number % 30, f"Prompt executed in {rng.uniform(3, 60):.2f} seconds"))


def whisper(run: Run) -> Iterator[Line]:
    """Yield the log of a transcription."""
    rng = run.rng
    yield from err(bar("", 1_528_008_539, rng, unit="iB"))
    yield from out("Detected language: " + rng.choice(("English", "English", "Dutch", "German", "Spanish")))
    second = 0.0
    for _ in range(min(240, 12 + int(run.seconds / 30))):
        length = rng.uniform(1.5, 7)
        yield from out(f"[{_stamp(second)} --> {_stamp(second + length)}]  {rng.choice(SENTENCES)}")
        second += length
    yield from out(f"{BOLD}audio_length{RESET}: {second:.2f}", f"elapsed_time: {rng.uniform(4, 90):.2f}")


def _stamp(second: float) -> str:
    return f"{int(second) // 60:02d}:{second % 60:06.3f}"


def ffmpeg(run: Run) -> Iterator[Line]:
    """Yield the log of a transcoding; its status line is drawn over itself."""
    rng, frame, frames = run.rng, 0, []
    yield from err(
        "ffmpeg version 7.1 Copyright (c) 2000-2024 the FFmpeg developers",
        "  configuration: --enable-nonfree --enable-cuda-nvcc --enable-libnpp",
        "Input #0, mov,mp4,m4a,3gp,3g2,mj2, from '/scratch/in.mp4':",
        f"  Duration: 00:{rng.randrange(10, 59)}:12.04, start: 0.000000, bitrate: {rng.randrange(2000, 19000)} kb/s",
        "  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p, 1920x1080, 23.98 fps",
    )
    for _ in range(min(300, 20 + int(run.seconds / 4))):
        frame += rng.randrange(60, 240)
        frames.append(
            f"frame={frame:6d} fps={rng.randrange(90, 400)} q=28.0 size={frame * 21:8d}KiB "
            f"time=00:{frame // 1440 % 60:02d}:{frame // 24 % 60:02d}.00 speed={rng.uniform(3, 16):.2f}x"
        )
    yield from err(
        "\r".join(frames), f"[out#0/mp4 @ 0x5581c0] video:{frame * 21}KiB audio:{frame}KiB muxing overhead: 0.04%"
    )


def blender(run: Run) -> Iterator[Line]:
    """Yield the log of frames rendered by Cycles."""
    first = int(run.option("-s", "1")) if run.option("-s", "1").isdigit() else 1
    yield from out("Blender 4.5.3 LTS (hash 67807e1800cc built 2025-09-09)", 'Read blend: "/scenes/classroom.blend"')
    for frame in range(first, first + 12):
        for sample in range(0, 129, 16):
            yield from out(
                f"Fra:{frame} Mem:412.51M (Peak 900.12M) | Time:00:{sample // 4:02d}.10 | Mem:388.20M | "
                f"Scene, ViewLayer | Sample {sample}/128"
            )
        yield from out(
            f"Saved: '/scenes/out/{frame:04d}.png'",
            f" Time: 00:{run.rng.randrange(20, 59)}.{run.rng.randrange(99):02d} (Saving: 00:00.21)",
        )


def training(run: Run) -> Iterator[Line]:
    """Yield the log of a fine-tuning, loss by loss, with coloured epochs."""
    rng = run.rng
    epochs = int(run.option("--epochs", "1")) if run.option("--epochs", "1").isdigit() else 1
    yield from pip(rng, "peft", "trl", "wandb")
    yield from err(
        f"{colour256(214, 'wandb')}: Currently logged in as: {colour256(214, 'sample')}",
        bar("Loading checkpoint shards", 3, rng),
    )
    steps = min(900, 60 + int(run.seconds / 12))
    loss = rng.uniform(2.2, 3.4)
    for step in range(1, epochs * steps + 1):
        loss *= 1 - rng.uniform(0, 1.6 / (epochs * steps))
        if step % 5 == 0:
            yield from out(
                f"{{'loss': {loss * rng.uniform(0.97, 1.03):.4f}, 'grad_norm': {rng.uniform(0.2, 2):.3f}, "
                f"'learning_rate': {2e-4 * (1 - step / (epochs * steps + 1)):.3e}, 'epoch': {step / steps:.2f}}}"
            )
        if step % steps == 0:
            heat = int(255 * min(1, loss / 3))
            yield from err(bar(f"Epoch {step // steps}/{epochs}", steps, rng))
            yield from out(
                true_colour(heat, 255 - heat, 90, f"eval_loss={loss:.4f}") if step % 2 else f"eval_loss={loss:.4f}"
            )


def benchmark(run: Run) -> Iterator[Line]:
    """Yield the log of the network's benchmark of a language model."""
    rng = run.rng
    yield from nvidia_smi(run.node, rng)
    yield from out(
        f"framework: {run.option('--framework', 'vllm')}",
        f"concurrent_users: {run.option('--concurrent-users', '1')}",
        "",
    )
    yield from out(
        "│ prompt tokens │ output tokens │ tok/s   │ ttft ms │", "├───────────────┼───────────────┼─────────┼─────────┤"
    )
    for prompt in (64, 128, 256, 512, 1024, 2048):
        yield from out(
            f"│ {prompt:13d} │ {rng.randrange(60, 512):13d} "
            f"│ {rng.uniform(20, 900):7.1f} │ {rng.uniform(12, 800):7.1f} │"
        )
    yield from out(f"average_tokens_per_second: {rng.uniform(60, 1900):.2f}")


def stats(run: Run) -> Iterator[Line]:
    """Yield the log of the network's check of a node."""
    node = run.node
    yield from out(
        "{",
        f'  "os": "{node.system}",',
        f'  "cpu": {{"model": "{node.cpu}", "logical_cores": {node.cores}}},',
        f'  "ram_mb": {node.ram_mb}, "disk_gb": {node.disk_gb},',
        f'  "gpus": [{{"name": "{node.gpu}", "memory_mb": {node.vram_mb}}}],',
        f'  "network": {{"download_mbps": {node.download}, "upload_mbps": {node.upload}, "ping_ms": {node.ping}}}',
        "}",
    )


def soak(run: Run) -> Iterator[Line]:
    """Yield as many lines as its cmd counts."""
    count = run.option("1", "100")
    for step in range(1, min(int(count) if count.isdigit() else 100, LONG_LINES) + 1):
        colour = f"\x1b[{31 + step % 6}m" if step % 50 == 0 else ""
        yield "stderr" if step % 97 == 0 else "stdout", f"{colour}step {step}{RESET if colour else ''}"
