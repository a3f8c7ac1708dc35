using System.Numerics;
using HotlinePush.Routing;

namespace HotlinePush.Tickets.Similar;

/// <summary>
/// What a text is about in 256 bits: one bit for each hashed pair of neighbouring letters. It stands in a row key, so that likely duplicates are
/// picked from keys alone and only their heads are read. Several pairs share a bit and nothing says in which order they stood: words cannot be read back.
/// </summary>
public readonly record struct TextSketch(ulong A, ulong B, ulong C, ulong D)
{
    public const int Bits = 256;

    /// <summary>Characters of <see cref="ToString"/>.</summary>
    public const int Length = Bits / 4;

    // More would fill the sketch: at ninety distinct pairs three bits in ten are set.
    private const int MostPairs = 90;

    /// <param name="text">The subject comes first; what stands beyond the first pairs is left out.</param>
    public static TextSketch Of(string text)
    {
        Span<ulong> bits = stackalloc ulong[4];
        Span<uint> seen = stackalloc uint[MostPairs];
        var count = 0;
        var folded = PlainText.Fold(text);
        for (var i = 0; i + 1 < folded.Length && count < MostPairs; i++)
        {
            if (!char.IsLetterOrDigit(folded[i]) || !char.IsLetterOrDigit(folded[i + 1]))
                continue;
            var pair = ((uint)folded[i] << 16) | folded[i + 1];
            if (seen[..count].Contains(pair))
                continue;
            seen[count++] = pair;
            var bit = Mix(pair) % Bits;
            bits[(int)(bit / 64)] |= 1UL << (int)(bit % 64);
        }

        return new(bits[0], bits[1], bits[2], bits[3]);
    }

    public bool Has(int bit) => ((bit / 64) switch { 0 => A, 1 => B, 2 => C, _ => D } >> (bit % 64) & 1) == 1;

    public int Count => BitOperations.PopCount(A) + BitOperations.PopCount(B) + BitOperations.PopCount(C) + BitOperations.PopCount(D);

    public override string ToString() => $"{A:x16}{B:x16}{C:x16}{D:x16}";

    public static TextSketch? Parse(string text) =>
        text.Length == Length && Part(text, 0, out var a) && Part(text, 16, out var b) && Part(text, 32, out var c) && Part(text, 48, out var d) ? new(a, b, c, d) : null;

    private static bool Part(string text, int from, out ulong part) =>
        ulong.TryParse(text.AsSpan(from, 16), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out part);

    // The finalizer of MurmurHash3: stable over processes, as keys must be.
    private static uint Mix(uint h)
    {
        h = (h ^ (h >> 16)) * 0x85EBCA6B;
        h = (h ^ (h >> 13)) * 0xC2B2AE35;
        return h ^ (h >> 16);
    }
}
