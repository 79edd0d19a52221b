const AREA = 640 * 360;

/** Returns the size to encode: the picture's shape, not larger than 640x360 in area, even, divided by `shrink`. */
export function encodedSize(width: number, height: number, shrink: number): { width: number; height: number } {
  const factor = Math.min(1, Math.sqrt(AREA / (width * height))) / shrink;
  const even = (value: number) => Math.max(2, Math.round((value * factor) / 2) * 2);
  return { width: even(width), height: even(height) };
}
