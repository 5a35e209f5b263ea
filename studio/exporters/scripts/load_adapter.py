"""Put the bottleneck adapters of this folder into the model they were learned on.

Not in the format of peft, which has no such adapters. Behind the last projection of each attention and of
each feed-forward part stands x + up(gelu(down(x))), see arXiv:1902.00751, figure 2.

    model = attach(AutoModelForCausalLM.from_pretrained(BASE), FOLDER)
"""

from pathlib import Path

from safetensors.torch import load_file
from torch.nn.functional import gelu, linear

FILE = "bottlenecks.safetensors"


def attach(model, folder):
    """Return the same model with the adapters working. Adapters of several folders work one after another."""
    tensors = load_file(Path(folder) / FILE)
    for place in sorted({name.rsplit(".", 2)[0] for name in tensors}):
        layer = model.get_submodule(place)
        own = {
            name.removeprefix(f"{place}."): tensors[name] for name in tensors if name.startswith(f"{place}.")
        }
        layer.register_forward_hook(behind(own))
    return model


def behind(own):
    """Return what works on the output of one projection, with the adapter's own four tensors."""

    def hook(layer, inputs, x):
        here = {name: tensor.to(x.device, x.dtype) for name, tensor in own.items()}
        thin = gelu(linear(x, here["down.weight"], here["down.bias"]))
        return x + linear(thin, here["up.weight"], here["up.bias"])

    return hook
