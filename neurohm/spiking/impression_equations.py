"""What neurons and synapses do in time without windows, as Brian2 reads it.

A neuron is *on* for some time steps after each of its spikes; that is all that others see of it,
and it is refractory meanwhile. With potential v (in units of the slope) and n steps of being on, it
may fire in any other step with the probability sigmoid(v - log n). It is then off for exp(-v) times
as long as it is on: at a constant potential it is on with the probability sigmoid(v), exactly.
"""

from __future__ import annotations

ALTERNATION = """
tick = timestep(t, dt) : integer (shared)
within = tick % steps_per_period : integer (shared)
awake = int(within < wake_steps) : integer (shared)
since = within - (1 - awake)*wake_steps : integer (shared)
plastic = int(since >= steps_settling) : integer (shared)
"""
"""The oscillation; synapses do not learn in the first steps after it has turned."""

NEURON = """
basal : volt
apical : volt
basal_threshold : volt
apical_threshold : volt
recognised = (basal - basal_threshold)/slope : 1
generated = (apical - apical_threshold)/slope : 1
remaining : integer
is_on = int(remaining > 0) : 1
apical_error = is_on - 0.5 - 0.5*tanh(generated/2) : 1
basal_error = is_on - 0.5 - 0.5*tanh(recognised/2) : 1
"""
"""Two compartments, the steps that the neuron is still on, and what its synapses learn from."""

CHANCE = {
    "visible": "chance = awake*shown(t, i) + (1 - awake)*(0.5 + 0.5*tanh(generated/2)) : 1\n",
    "hidden": """
decisive = awake*recognised + (1 - awake)*generated : 1
chance = 0.5 + 0.5*tanh((decisive - log(steps_on))/2) : 1
""",
}
"""How probably a neuron fires in a step in which it is off; the stimulus decides awake."""

FIRES = "remaining <= 0 and rand() < chance"
AFTER_A_SPIKE = "remaining = steps_on"
PASSES = "remaining = clip(remaining - 1, 0, steps_on)"
"""What a step does: it takes one from what remains."""

SYNAPSE = {
    "recognition": "w : volt\nbasal_post = w*is_on_pre : volt (summed)\n",
    "generative": "w : volt\napical_post = w*is_on_pre : volt (summed)\n",
}
CHANGE = {
    "generative": "w += slope*rate*plastic_post*awake_post*is_on_pre*apical_error_post",
    "recognition": "w += slope*rate*plastic_post*(1 - awake_post)*is_on_pre*basal_error_post",
}
"""The local rule, at every step: whether the presynaptic neuron is on x the postsynaptic error."""

CHANGE_OF_THRESHOLDS = """
apical_threshold -= slope*rate*plastic*awake*apical_error
basal_threshold -= slope*rate*plastic*(1 - awake)*basal_error*driven
"""
