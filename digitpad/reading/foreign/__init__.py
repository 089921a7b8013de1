"""Networks that other programs wrote: their tensors, their layers, and how their input was prepared."""
