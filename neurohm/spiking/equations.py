"""What neurons and synapses do, as Brian2 reads it.

A neuron has two compartments. Recognition synapses end at the *basal* one, generative synapses at
the *apical* one; each holds what arrived since the cycle began, and the phase says which of them
decides. Firing is escape noise: with potential v (in units of the slope) a binary unit has the
hazard softplus(v) / window while its window is open, and fires once at most, so that

    P(no spike in the window) = exp(-softplus(v)) = 1 - sigmoid(v),

exactly, whatever the time step. A Poisson unit has the hazard exp(v) / window.
"""

from __future__ import annotations

CLOCK = """
tick = timestep(t, dt) : integer (shared)
cycle = tick // steps_per_cycle : integer (shared)
awake = int(cycle % period < wake_cycles) : integer (shared)
slot = (tick // steps_per_window) % n_slots : integer (shared)
turn = int(slot == awake*recognition_slot + (1 - awake)*generative_slot) : integer (shared)
open = turn*int(tick % steps_per_window < steps_open) : integer (shared)
"""
"""The oscillation: which cycle, which phase, whose turn. Every neuron reads the same."""

CLOCK_OF_MODULATOR = "".join(CLOCK.splitlines(keepends=True)[:4])
"""Cycle and phase, without a turn to fire."""

COMPARTMENTS = """
basal : volt
apical : volt
basal_threshold : volt
apical_threshold : volt
recognised = (basal - basal_threshold)/slope : 1
generated = (apical - apical_threshold)/slope : 1
decisive = awake*recognised + (1 - awake)*generated : 1
spikes : 1
stimulus : 1
"""
"""What a neuron has: two compartments, and the count of its own spikes in this cycle."""

ARRIVING = "arriving : 1\n"
"""What relays hold: spikes that reached them in this cycle, to be fired in the next."""

ESCAPE = {
    "bernoulli": """
softplus = log1p(exp(-abs(decisive))) + 0.5*(decisive + abs(decisive)) : 1
hazard = open*int(spikes == 0)*softplus/open_time : Hz
basal_prediction = 0.5 + 0.5*tanh(recognised/2) : 1
apical_prediction = 0.5 + 0.5*tanh(generated/2) : 1
""",
    "poisson": """
hazard = open*exp(clip(decisive, -100, log_rate_limit))/open_time : Hz
basal_prediction = exp(clip(recognised, -100, log_rate_limit)) : 1
apical_prediction = exp(clip(generated, -100, log_rate_limit)) : 1
""",
}
"""Escape noise of each kind of unit, and what each compartment alone would predict."""

EVIDENCE = {
    "bernoulli": """
basal_evidence = (spikes - 0.5)*recognised - log1p(exp(-abs(recognised))) - abs(recognised)/2 : 1
apical_evidence = (spikes - 0.5)*generated - log1p(exp(-abs(generated))) - abs(generated)/2 : 1
""",
    "poisson": """
basal_evidence = spikes*recognised - basal_prediction : 1
apical_evidence = spikes*generated - apical_prediction : 1
""",
}
"""The log-probability that each compartment gives to what the neuron did (nats), but for a
constant; the modulator gathers it."""

FIRES = "stimulus > 0 or rand() < 1 - exp(-hazard*dt)"
AFTER_A_SPIKE = "spikes += 1; stimulus = 0.5*(stimulus - 1 + abs(stimulus - 1))"
NEW_CYCLE = "basal = 0*volt; apical = 0*volt; spikes = 0; stimulus = 0"
RELAY = {
    "bernoulli": "; stimulus = clip(arriving, 0, 1); arriving = 0",
    "poisson": "; stimulus = arriving; arriving = 0",
}
"""What visible neurons do besides, that pass on what arrived in the cycle before."""
NOTHING_HEARD = "; fade = 0; bonus = 0; total = 0"
TROUGH = "tick % steps_per_cycle == steps_per_cycle - 1"

WEIGHT = "w : volt"
ARRIVES = {"recognition": "basal_post += w", "generative": "apical_post += w"}
"""What a spike does where it ends."""
RELEASED = "\nreleased : 1"
RELEASE = "released = int(rand() >= dropped)"
IF_RELEASED = "*released"
"""Where synapses fail: whether this one releases is drawn before anything arrives, in a step of its
own, so that each draw belongs to one synapse whatever the order in which they are gone through."""

ERRORS = """
asleep = 1 - awake : integer (shared)
apical_error = spikes - apical_prediction : 1
basal_error = spikes - basal_prediction : 1
"""
"""What synapses learn from: the spike that was fired less what their compartment predicted."""

WAKE_SLEEP = {
    "generative": "w += slope*rate_post*awake_post*spikes_pre*apical_error_post",
    "recognition": "w += slope*rate_post*asleep_post*spikes_pre*basal_error_post",
}
"""Wake-sleep at a synapse, in the trough: presynaptic trace x postsynaptic error."""

WAKE_SLEEP_THRESHOLDS = """
apical_threshold -= slope*rate*awake*apical_error
basal_threshold -= slope*rate*asleep*basal_error*driven
"""
"""Wake-sleep at a threshold, which is a synapse from what is always active."""

ELIGIBILITY = """
w : volt
eligibility : 1
plain : 1
"""
REWEIGHTED = {
    "generative": """
latest = spikes_pre*apical_error_post
eligibility = awake_post*(fade_post*eligibility + bonus_post*latest) + asleep_post*eligibility
w += slope*rate_post*finish_post*eligibility/total_post
""",
    "recognition": """
latest = spikes_pre*basal_error_post
eligibility = awake_post*(fade_post*eligibility + bonus_post*latest) + asleep_post*eligibility
plain = awake_post*((1 - first_post)*plain + latest/wake_cycles) + asleep_post*plain
w += slope*rate_post*wake_mix*finish_post*(eligibility/total_post - baseline*plain)
w += slope*rate_post*sleep_mix*asleep_post*latest
""",
}
"""Reweighted wake-sleep at a synapse: an eligibility trace gathers the particles, each with the
broadcast factor `bonus`; when a heavier one comes, `fade` takes the older ones down."""

NEURON_ELIGIBILITY = """
apical_eligibility : 1
basal_eligibility : 1
basal_plain : 1
fade : 1
bonus : 1
total : 1
"""
PARTICLES = """
first = awake*int(cycle % period == 0) : integer (shared)
finish = awake*int(cycle % period == wake_cycles - 1) : integer (shared)
"""
REWEIGHTED_THRESHOLDS = """
apical_sum = fade*apical_eligibility + bonus*apical_error
basal_sum = fade*basal_eligibility + bonus*basal_error
apical_eligibility = awake*apical_sum + asleep*apical_eligibility
basal_eligibility = awake*basal_sum + asleep*basal_eligibility
basal_plain = awake*((1 - first)*basal_plain + basal_error/wake_cycles) + asleep*basal_plain
apical_threshold -= slope*rate*finish*apical_eligibility/total
weighed = basal_eligibility/total - baseline*basal_plain
basal_threshold -= slope*rate*driven*(wake_mix*finish*weighed + sleep_mix*asleep*basal_error)
"""
"""The same at a threshold."""

MODULATOR = """
evidence : 1
best : 1
fade : 1
bonus : 1
total : 1
higher = first*evidence + (1 - first)*0.5*(evidence + best + abs(evidence - best)) : 1
"""
"""The third factor: one cell that hears how probable both pathways hold this particle, log p(x, h)
- log q(h | x), and tells every synapse the same numbers."""
GATHER = {
    "visible": "evidence_post += apical_evidence_pre",
    "hidden": "evidence_post += apical_evidence_pre - basal_evidence_pre",
}
BROADCAST = """
fade = (1 - first)*exp(clip(best - higher, -500, 0))
bonus = exp(evidence - higher)
total = awake*(fade*total + bonus) + (1 - awake)*total
best = awake*higher + (1 - awake)*best
evidence = 0
"""
HEARD = "fade_post += fade_pre; bonus_post += bonus_pre; total_post += total_pre"
"""What the modulator tells every neuron of its network, and with it its synapses."""
