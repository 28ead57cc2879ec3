// A soft sound of two notes, made here: no file is loaded for it.
const NOTES = [
  { pitch: 587.33, at: 0 },
  { pitch: 880, at: 0.09 },
];
const LASTS = 0.45;
const LOUDNESS = 0.06;

let context: AudioContext | null = null;

export function chime(): void {
  context ??= typeof AudioContext === "undefined" ? null : new AudioContext();
  if (!context) return;
  // A browser lets a page sound only after somebody used it; then this wakes it.
  void context.resume().catch(() => undefined);
  for (const { pitch, at } of NOTES) ring(context, pitch, context.currentTime + at);
}

function ring(audio: AudioContext, pitch: number, at: number): void {
  const [tone, loudness] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = pitch;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.0001, at + LASTS);
  tone.connect(loudness).connect(audio.destination);
  tone.start(at);
  tone.stop(at + LASTS);
}
