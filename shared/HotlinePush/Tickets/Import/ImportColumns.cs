using HotlinePush.Jobs;

namespace HotlinePush.Tickets.Import;

/// <summary>Where the columns of a ticket file are. Names are compared without case; others are ignored and named.</summary>
public sealed class ImportColumns
{
    private static readonly string[] Required = ["subject", "body", "received_at"];
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal) { "subject", "body", "received_at", "type", "category", "area", "phone" };

    /// <summary>Of a merged hotline's file besides: its own number of the ticket, when it closed it, and what it answered.</summary>
    private static readonly HashSet<string> OfMerged = new(StringComparer.Ordinal) { "external_id", "closed_at", "answer" };
    private const int MaxNamed = 100;
    private const int MaxNameLength = 100;

    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly List<string> _ignored = [];
    private readonly List<JobError> _errors = [];

    /// <param name="merged">The file is a merged hotline's.</param>
    public ImportColumns(string[] header, bool merged = false)
    {
        Width = header.Length;
        for (var i = 0; i < header.Length; i++)
        {
            var written = header[i].Trim();
            var name = written.ToLowerInvariant();
            if (!Known.Contains(name) && !(merged && OfMerged.Contains(name)))
                Ignore(written);
            else if (!_index.TryAdd(name, i))
                _errors.Add(new(1, name, "duplicateColumn", $"列 {name} 出现了两次。"));
        }

        if (merged && !_index.ContainsKey("external_id"))
            _errors.Add(new(1, "external_id", "missingColumn", "缺少列 external_id：原热线的工单编号。"));
        foreach (var name in Required)
            if (!_index.ContainsKey(name))
                _errors.Add(new(1, name, "missingColumn", $"缺少列 {name}。首行应为列名：subject, body, received_at，可加 type, category, area, phone，以逗号分隔。"));
    }

    public int Width { get; }
    public IReadOnlyList<string> Ignored => _ignored;

    /// <summary>Why the file cannot be taken at all; empty where it can.</summary>
    public IReadOnlyList<JobError> Errors => _errors;

    /// <summary>The trimmed cell, null where it is blank or the column is not there.</summary>
    public string? Cell(string[] cells, string name)
    {
        if (!_index.TryGetValue(name, out var i) || i >= cells.Length)
            return null;
        var text = cells[i].Trim();
        return text.Length == 0 ? null : text;
    }

    private void Ignore(string name)
    {
        if (name.Length > 0 && _ignored.Count < MaxNamed)
            _ignored.Add(name.Length <= MaxNameLength ? name : name[..MaxNameLength]);
    }
}
