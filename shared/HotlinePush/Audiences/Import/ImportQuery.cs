using System.Collections.Immutable;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Audiences.Import;

/// <summary>How a file is to be read, from the address it is sent to.</summary>
internal static class ImportQuery
{
    private const string Hash = "hash:";

    public static (ImportOptions? Options, Refusal? Refusal) Read(HttpRequest request)
    {
        var query = new QueryFields(request);
        var onError = query.Text("onError");
        query.Check.OneOf("onError", onError, "skip", "abort");
        var mode = query.Text("mode");
        query.Check.OneOf("mode", mode, "add", "replace");
        var sheet = query.Text("sheet", 31);
        var header = query.Number("header", 1, 1_000);
        var fill = query.Flag("fillMerged");
        var recipientId = query.Text("recipientId");
        if (recipientId is not null && (!recipientId.StartsWith(Hash, StringComparison.Ordinal) || recipientId.Length == Hash.Length))
            query.Check.Add("recipientId", "badValue", "应为 hash:列名。");
        var map = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var pair in (query.Text("map", 2_000) ?? "").Split([';', '；'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = pair.IndexOfAny([':', '：']);
            var (target, column) = colon < 1 ? ("", "") : (pair[..colon].Trim(), pair[(colon + 1)..].Trim());
            if (!RecipientColumns.Targets.Contains(target) || column.Length == 0 || !map.TryAdd(target, column))
                query.Check.Add("map", "badValue", $"应为 字段:列名，以分号分隔；字段：{string.Join("、", RecipientColumns.Targets)}。");
        }

        return query.Refusal is { } refusal
            ? (null, refusal)
            : (new ImportOptions(onError == "abort", mode == "replace", sheet, (int?)header, fill == true, recipientId?[Hash.Length..]) { Map = map.ToImmutable() }, null);
    }
}
