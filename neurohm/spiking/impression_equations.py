"""What neurons and synapses do in time without windows, as Brian2 reads it.

A neuron is *on* in the time step of a spike, and asleep for as long as its memory goes, n steps in
all; that is all that others see of it. Awake each neuron decides anew in every step, with
potential v (in units of the slope) by sigmoid(v). Asleep it is refractory while it is on, and fires
in any other step with the probability sigmoid(v - log n). It is then off for exp(-v) times as long
as it is on: at a constant potential it is on with the probability sigmoid(v), exactly.
"""

from __future__ import annotations

ALTERNATION = """
tick = timestep(t, dt) : integer (shared)
within = tick % steps_per_period : integer (shared)
awake = int(within < wake_steps) : integer (shared)
plastic = int(within > 0) : integer (shared)
"""
"""The oscillation. Synapses do not learn in the first step awake, when hidden neurons have not yet
heard of the stimulus."""

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
    "visible": """
chance = awake*shown((tick % steps_of_data)*dt, i) + (1 - awake)*(0.5 + 0.5*tanh(generated/2)) : 1
""",
    "hidden": """
decisive = awake*recognised + (1 - awake)*(generated - log(steps_on)) : 1
chance = 0.5 + 0.5*tanh(decisive/2) : 1
""",
}
"""How probably a neuron fires in a step that it may fire in; the stimulus decides awake."""

PASSES = "remaining = (1 - awake)*clip(remaining - 1, 0, steps_on)"
FIRES = "remaining <= 0 and rand() < chance"
AFTER_A_SPIKE = "remaining = steps_on - awake*int(rand()*steps_on)"
"""What a step does: it takes one from what remains, and neurons that are off may fire. How long one
that fired awake will remain on when sleep comes is drawn, as if it had fired at any time before."""

SYNAPSE = {
    "recognition": "w : volt\nbasal_post = w*is_on_pre : volt (summed)\n",
    "generative": "w : volt\napical_post = w*is_on_pre : volt (summed)\n",
}
CHANGE = {
    "generative": "w += slope*wake_rate*plastic_post*awake_post*is_on_pre*apical_error_post",
    "recognition": "w += slope*sleep_rate*(1 - awake_post)*is_on_pre*basal_error_post",
}
"""The local rule, at every step: whether the presynaptic neuron is on x the postsynaptic error."""

CHANGE_OF_THRESHOLDS = """
apical_threshold -= slope*wake_rate*plastic*awake*apical_error
basal_threshold -= slope*sleep_rate*(1 - awake)*basal_error*driven
"""
