"""The gallery on more than one machine: pages in front, and workers that compute. Only `ray_serve` needs Ray."""
