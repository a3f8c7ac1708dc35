using HotlinePush.Routing;
using HotlinePush.Storage;
using HotlinePush.Tickets.Similar;

namespace HotlinePush.Comments;

/// <summary>
/// Like comments, to be decided on at once: copies of one text that are grouped as they come, and what staff put together. There is a row once there are two.
/// </summary>
/// <param name="Moderation">For those of the group that wait, and those still to come.</param>
/// <param name="Response">For those of the group that have no answer of their own, and those still to come.</param>
/// <param name="Revision">Counts decisions on the whole group.</param>
public sealed record CommentGroup(string Id, int Count, int Held, int Published, int Refused, int Unanswered, Moderation? Moderation = null, CommentResponse? Response = null, int Revision = 0)
{
    public static CommentGroup Empty(string id) => new(id, 0, 0, 0, 0, 0);

    public CommentGroup With(Comment? c, int sign) => c is not { Counts: true } ? this : this with
    {
        Count = Count + sign,
        Held = Held + (c.State == CommentState.Held ? sign : 0),
        Published = Published + (c.State == CommentState.Published ? sign : 0),
        Refused = Refused + (c.State == CommentState.Refused ? sign : 0),
        Unanswered = Unanswered + (c.IsUnanswered ? sign : 0),
    };

    /// <summary>Largest first; a group of one is none.</summary>
    public string? ListKey(string consultationId) => Count < 2 ? null : Keys.Of("c", consultationId, "i", "groups", KeyPart.Descending((long)Count), Id);
}

/// <summary>
/// Finds copies of a text, word for word or nearly so. A text has a sketch of 256 bits; texts that share all bits of one of its eight parts are
/// candidates, and copies where the sketches are the same but for few bits. Eight point reads a comment, however many there are.
/// </summary>
public sealed record CommentSketch(string Exact, TextSketch Bits)
{
    private const int Parts = 8;

    /// <summary>Fewer pairs of letters say too little: such texts are like only where they are the same.</summary>
    private const int FewestBits = 16;

    private const double Alike = 0.8;

    public static CommentSketch Of(string text)
    {
        var letters = string.Concat(PlainText.Fold(text).Where(char.IsLetterOrDigit));
        return new(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(letters)).AsSpan(0, 16)), TextSketch.Of(letters));
    }

    /// <summary>The rows under which a first text is found by its copies; the one of the very same words first.</summary>
    public IEnumerable<string> Bands()
    {
        yield return "x" + Exact;
        if (Bits.Count < FewestBits)
            yield break;
        var hex = Bits.ToString();
        for (var i = 0; i < Parts; i++)
            // A part without bits is shared by all short texts.
            if (hex.AsSpan(i * hex.Length / Parts, hex.Length / Parts).IndexOfAnyExcept('0') >= 0)
                yield return string.Concat(i.ToString(System.Globalization.CultureInfo.InvariantCulture), hex.AsSpan(i * hex.Length / Parts, hex.Length / Parts));
    }

    public bool IsLike(CommentSketch other) => Exact == other.Exact || (Bits.Count >= FewestBits && other.Bits.Count >= FewestBits && Overlap(Bits, other.Bits) >= Alike);

    /// <summary>Bits in common by bits in either (Jaccard).</summary>
    private static double Overlap(TextSketch a, TextSketch b)
    {
        var both = new TextSketch(a.A & b.A, a.B & b.B, a.C & b.C, a.D & b.D).Count;
        return both / (double)(a.Count + b.Count - both);
    }
}
