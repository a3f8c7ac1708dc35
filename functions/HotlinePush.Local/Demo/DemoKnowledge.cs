using System.Globalization;
using HotlinePush.Knowledge;
using HotlinePush.Security;

namespace HotlinePush.Local.Demo;

/// <summary>The fictional city's ready answers.</summary>
public static class DemoKnowledge
{
    private static readonly Lazy<IReadOnlyList<ArticleText>> Articles = new(() => DemoTable.Read("knowledge", row => new ArticleText(
        row.Required("title"), row.Required("text"), row.Optional("internal"), row.Required("category"), null, row.Required("unit"), row.Words("keywords"), row.Optional("basis"),
        DateOnly.ParseExact(row.Required("reviewBy"), "yyyy-MM-dd", CultureInfo.InvariantCulture))));

    public static IReadOnlyList<ArticleText> All => Articles.Value;

    /// <summary>Publishes them all, but for a last one that waits for review. Ids are their places, so that a seeding that was cut off goes on.</summary>
    public static async Task SeedAsync(KnowledgeStore store, DateTimeOffset now, CancellationToken ct)
    {
        var (desk, supervisor) = (new Actor(Role.Desk, "demo-writer"), new Actor(Role.Supervisor, "demo-publisher"));
        for (var i = 0; i < All.Count; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"demo-{i + 1:00}");
            var at = now.AddDays(-120 + i);
            ArticleCommand?[] life = [null, new SubmitArticle(), i == All.Count - 1 ? null : new PublishArticle()];
            var found = await store.ReadAsync(id, ct);
            for (var step = found?.Article.Version ?? 0; step < life.Length && (step == 0 || life[step] is not null); step++)
            {
                var article = step == 0
                    ? KnowledgeRules.Create(id, All[i], desk, at)
                    : KnowledgeRules.Decide(found!.Value.Article, life[step]!, step == 1 ? desk : supervisor, at.AddHours(step)).Next!;
                await store.CommitAsync(article, life[step]?.Action ?? "create", found?.ETag, ct);
                found = await store.ReadAsync(id, ct);
            }
        }
    }
}
