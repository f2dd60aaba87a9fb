"""Everything that is saved and served: numpy and safetensors only."""
