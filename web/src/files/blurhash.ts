// A picture's colours out of some thirty letters (the BlurHash algorithm), to be drawn until the picture is there.
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

const read = (text: string): number => [...text].reduce((value, letter) => value * 83 + DIGITS.indexOf(letter), 0);
const root = (value: number): number => Math.sign(value) * value * value;

function toLinear(value: number): number {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function toSrgb(value: number): number {
  const part = Math.max(0, Math.min(1, value));
  return Math.round(255 * (part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055));
}

/** The pixels of a small picture, four numbers each; null for what is no hash. */
export function decode(hash: string, width: number, height: number): Uint8ClampedArray<ArrayBuffer> | null {
  if (hash.length < 6) return null;
  const size = read(hash.slice(0, 1));
  const across = (size % 9) + 1;
  const down = Math.floor(size / 9) + 1;
  if (hash.length !== 4 + 2 * across * down || [...hash].some((letter) => !DIGITS.includes(letter))) return null;
  const most = (read(hash.slice(1, 2)) + 1) / 166;
  const average = read(hash.slice(2, 6));
  const parts = [[toLinear(average >> 16), toLinear((average >> 8) & 255), toLinear(average & 255)]];
  for (let at = 6; at < hash.length; at += 2) {
    const value = read(hash.slice(at, at + 2));
    parts.push([Math.floor(value / 361), Math.floor(value / 19) % 19, value % 19].map((each) => root((each - 9) / 9) * most));
  }
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sums = [0, 0, 0];
      parts.forEach((part, index) => {
        const weight = Math.cos((Math.PI * x * (index % across)) / width) * Math.cos((Math.PI * y * Math.floor(index / across)) / height);
        for (let each = 0; each < 3; each++) sums[each]! += part[each]! * weight;
      });
      pixels.set([...sums.map(toSrgb), 255], (y * width + x) * 4);
    }
  }
  return pixels;
}
