declare module "emoji:*" {
  /** The emoji, its name, its short codes, words for it, its group, and whether it has skin tones. */
  const rows: [string, string, string, string, number, 0 | 1][];
  export default rows;
}
