using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Knowledge;

/// <summary>Writes articles by the rules, for the API and the pages alike.</summary>
public sealed class KnowledgeActions(KnowledgeStore store, KnowledgeSource source, CitySource cities, ProductClock clock)
{
    private const int Attempts = 8;

    /// <summary>Creates under a reserved id; an attempt that was cut off is found again.</summary>
    public async Task<(Article? Article, Refusal? Refusal)> CreateAsync(string id, ArticleText text, Actor by, CancellationToken ct = default)
    {
        if (KnowledgeRules.Check(text, await cities.GetAsync(ct)) is { } wrong)
            return (null, wrong);
        var article = KnowledgeRules.Create(id, Tidy(text), by, clock.GetUtcNow());
        var created = await store.CommitAsync(article, "create", null, ct);
        source.Forget();
        return created ? (article, null) : ((await store.ReadAsync(id, ct))?.Article, null);
    }

    /// <param name="matches">Whether the version is the one the caller knows; asked again where somebody was faster.</param>
    public async Task<(Article? Article, Refusal? Refusal)> ActAsync(string id, ArticleCommand command, Actor by, Func<int, bool> matches, CancellationToken ct = default)
    {
        if (command is WriteArticle write)
        {
            if (KnowledgeRules.Check(write.Text, await cities.GetAsync(ct)) is { } wrong)
                return (null, wrong);
            command = new WriteArticle(Tidy(write.Text));
        }

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await store.ReadAsync(id, ct) is not var (article, etag))
                return (null, Problems.NotFoundHere);
            if (!matches(article.Version))
                return (null, Problems.SomebodyWasFaster);
            var (next, refusal) = KnowledgeRules.Decide(article, command, by, clock.GetUtcNow());
            if (next is null)
                return (null, refusal);
            if (!await store.CommitAsync(next, command.Action, etag, ct))
                continue;
            source.Forget();
            return (next, null);
        }

        return (null, Problems.SomebodyWasFaster);
    }

    private static ArticleText Tidy(ArticleText text) => text with
    {
        Title = text.Title.Trim(),
        Body = text.Body.ReplaceLineEndings("\n").Trim(),
        InternalNote = Blank(text.InternalNote),
        Basis = Blank(text.Basis),
        Keywords = text.Keywords is { Count: > 0 } words ? [.. words.Select(w => w.Trim()).Distinct(StringComparer.Ordinal)] : null,
        AreaIds = text.AreaIds is { Count: > 0 } areas ? [.. areas.Distinct(StringComparer.Ordinal)] : null,
    };

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.ReplaceLineEndings("\n").Trim();
}
