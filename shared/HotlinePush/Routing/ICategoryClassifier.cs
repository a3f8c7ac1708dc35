namespace HotlinePush.Routing;

/// <summary>Says what a resident's words are about. The one place where another model would be plugged in.</summary>
public interface ICategoryClassifier
{
    /// <param name="text">As <see cref="PlainText.OfTicket"/> makes it: the first line is the subject.</param>
    /// <param name="max">At least 1.</param>
    /// <returns>Best first, of different first levels; at least one for text that is not blank, none for blank text.</returns>
    IReadOnlyList<CategorySuggestion> Suggest(string text, int max);
}

/// <param name="CategoryId">As deep in the tree as the words carry.</param>
/// <param name="Confidence">0–1: how often a suggestion with this figure has the right first level.</param>
/// <param name="Words">The most telling words found in the text, at most five; empty when only the general tone spoke.</param>
public sealed record CategorySuggestion(string CategoryId, double Confidence, IReadOnlyList<string> Words)
{
    public string Why => Words.Count == 0 ? "没有明显的关键词，按总体用语推断" : $"文中有{string.Concat(Words.Select(w => $"“{w}”"))}";
}
