namespace HotlinePush.Local.Demo;

/// <summary>A ready answer of the desk.</summary>
public sealed record DemoArticle(string Title, string CategoryId, string Text);

public static class DemoKnowledge
{
    private static readonly Lazy<IReadOnlyList<DemoArticle>> Articles = new(() => DemoTable.Read("knowledge",
        row => new DemoArticle(row.Required("title"), row.Required("category"), row.Required("text"))));

    public static IReadOnlyList<DemoArticle> All => Articles.Value;
}
