"""The training step of `argus bench device` in PyTorch: images a second of a specialist with EfficientNet-B4.

    python3 benchmarks/pytorch/step.py rr --batches 8 32 128

Needs torch and torchvision. The model is the published one (docs/training.md): torchvision's backbone, a branch
per signal, attention over them, and a head of 100 million parameters; channels-last, fused AdamW, no torch.compile.
"""

import argparse
import time

import torch
from torch import nn
from torchvision.models import efficientnet_b4

# Per branch: kernels, strides and paddings of its two convolutions, and its width.
BRANCHES = {
    "bg": [((7, 1, 3), (7, 1, 3), 16), ((5, 1, 2), (5, 1, 2), 12), ((9, 1, 4), (9, 1, 4), 8), ((3, 1, 1), (3, 1, 1), 8)],
    "av": [((5, 1, 2), (5, 1, 2), 16), ((7, 1, 3), (7, 1, 3), 12), ((3, 1, 1), (3, 1, 1), 10), ((9, 1, 4), (9, 1, 4), 10)],
    "cm": [((8, 8, 0), (1, 1, 0), 12), ((4, 2, 1), (4, 2, 1), 10), ((3, 1, 1), (3, 1, 1), 8), ((5, 1, 2), (5, 1, 2), 10)],
    "rr": [((3, 1, 1), (3, 1, 1), 10), ((5, 1, 2), (5, 1, 2), 8), ((3, 1, 1), (3, 1, 1), 8), ((7, 1, 3), (7, 1, 3), 10)],
    "tm": [((5, 1, 2), (5, 1, 2), 14), ((7, 1, 3), (7, 1, 3), 12), ((3, 1, 1), (3, 1, 1), 12), ((9, 1, 4), (9, 1, 4), 14)],
}
GRID = 7
FEATURES = 1792


class Specialist(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.backbone = efficientnet_b4().features
        self.branches = nn.ModuleList(self.branch(*row) for row in BRANCHES[name])
        channels = sum(width for *_, width in BRANCHES[name])
        self.attention = nn.Sequential(nn.Conv2d(channels, 32, 1), nn.ReLU(), nn.Conv2d(32, channels, 1), nn.Sigmoid())
        features = FEATURES + channels * GRID * GRID
        width = -(-features // 8) * 8
        self.projection = nn.Linear(features, width)
        self.tokens = nn.MultiheadAttention(width, 8, dropout=0.1)
        layers, previous = [], width
        for hidden, dropout in ((1024, 0.3), (512, 0.2), (256, 0.1)):
            layers += [nn.Dropout(dropout), nn.Linear(previous, hidden), nn.BatchNorm1d(hidden), nn.ReLU()]
            previous = hidden
        self.classifier = nn.Sequential(*layers, nn.Linear(previous, 2))

    @staticmethod
    def branch(first, second, width):
        return nn.Sequential(
            nn.Conv2d(3, width, *first), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, 2 * width, *second), nn.BatchNorm2d(2 * width), nn.ReLU(),
            nn.Conv2d(2 * width, width, 1), nn.AdaptiveAvgPool2d(GRID),
        )

    def forward(self, frames):
        pooled = self.backbone(frames).mean((2, 3))
        signals = torch.cat([branch(frames) for branch in self.branches], 1)
        signals = (signals * self.attention(signals)).flatten(1)
        tokens = self.projection(torch.cat([pooled, signals], 1)).unsqueeze(0)
        mixed, _ = self.tokens(tokens, tokens, tokens, need_weights=False)
        return self.classifier(mixed.mean(0))


def measure(model, optimizer, arithmetic, batch, repeats):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = arithmetic != "fp32"
    frames = torch.randn(batch, 3, 224, 224, device="cuda").to(memory_format=torch.channels_last)
    labels = torch.arange(batch, device="cuda") % 2

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda", torch.bfloat16, enabled=arithmetic == "bf16"):
            loss = nn.functional.cross_entropy(model(frames), labels)
        loss.backward()
        optimizer.step()

    for _ in range(5):
        step()
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    torch.cuda.synchronize()
    return (time.perf_counter() - start) / repeats


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specialist", choices=BRANCHES)
    parser.add_argument("--batches", type=int, nargs="+", default=[8, 32, 128])
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args()
    print(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}, {options.specialist}")
    model = Specialist(options.specialist).cuda().to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-2, fused=True)
    for arithmetic in ("fp32", "TF32", "bf16"):
        for batch in options.batches:
            seconds = measure(model, optimizer, arithmetic, batch, options.repeats)
            print(f"{arithmetic}  batch {batch:4}  {seconds * 1000:7.1f} ms  {batch / seconds:7.0f} images/s", flush=True)


if __name__ == "__main__":
    main()
