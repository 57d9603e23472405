
(async () => {
  const parts = [];
  for await (const part of process.stdin) parts.push(part);
  const request = JSON.parse(Buffer.concat(parts).toString()), bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
  const models = await Models.load(bytes(request.models.lossless), bytes(request.models.lossy), { plain: request.plain });
  const packed = (content) => Buffer.from(content).toString("base64");

  async function decoded(archive, file) {
    if (file.kind === "stored") return { stored: packed(archive.stored(file)) };
    const pixels = archive.pixels(file), found = { pixels: packed(pixels) };
    if (!request.saved) return found;
    const original = originalBytes(file, pixels);
    return { ...found, png: packed(await pngBytes(file, pixels)), ...(original ? { file: packed(original) } : {}) };
  }

  async function opened(content) {
    try {
      const archive = await Archive.open(content, models), files = {};
      for (const file of archive.files) files[file.name] = await decoded(archive, file).catch(failed);
      return { files, lost: archive.lost, cut: archive.cut };
    } catch (error) {
      return failed(error);
    }
  }

  function failed(error) {
    if (!(error instanceof DamagedError)) throw error;
    return { error: error.message };
  }

  const found = [];
  for (const file of request.files) found.push(await opened(bytes(file)));
  process.stdout.write(JSON.stringify(found));
})();
