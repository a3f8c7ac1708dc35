using System.Diagnostics;
using System.Text.Json;
using HotlinePush.Routing;
using HotlinePush.Tests.Routing;

namespace HotlinePush.Benchmarks;

/// <summary>Texts a second on one core, time to retrain, and, where HOTLINE_DATA names real messages, how often it is right.</summary>
internal static class ClassifierBenchmark
{
    private const int Texts = 5000;
    private const int Learnt = 10_000;

    public static Task RunAsync()
    {
        var classifier = new LearningClassifier(Taxonomy.Default);
        var texts = Enumerable.Range(0, Learnt).Select(Text).ToArray();
        var categories = Taxonomy.Default.Where(c => c.ParentId is null).ToArray();
        for (var i = 0; i < Learnt; i++)
            classifier.Learn($"{i:D14}", texts[i], categories[i % categories.Length].Id);
        var watch = Stopwatch.StartNew();
        classifier.Retrain();
        var retrain = watch.Elapsed.TotalSeconds;
        foreach (var text in texts.Take(500))
            classifier.Suggest(text, 3);
        watch.Restart();
        foreach (var text in texts.Take(Texts))
            classifier.Suggest(text, 3);
        var perSecond = Texts / watch.Elapsed.TotalSeconds;
        watch.Restart();
        foreach (var text in texts.Take(Texts))
            AlarmWords.Detect("", text);
        var alarmsPerSecond = Texts / watch.Elapsed.TotalSeconds;

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            textsPerSecond = Math.Round(perSecond),
            alarmTextsPerSecond = Math.Round(alarmsPerSecond),
            charactersPerText = Math.Round(texts.Average(t => t.Length)),
            retrain = new { examples = Learnt, seconds = Math.Round(retrain, 2) },
            macroF1 = Measure(),
        }, new JsonSerializerOptions { WriteIndented = true }));
        return Task.CompletedTask;
    }

    private static object? Measure()
    {
        if (Environment.GetEnvironmentVariable("HOTLINE_DATA") is not { Length: > 0 } folder)
            return null;
        var lexicon = new Lexicon(Taxonomy.Default);
        var examples = CrossValidation.Read(Path.Combine(folder, "messages-labelled.csv"), lexicon);
        object Of(int folds, int repeats, int perClass = int.MaxValue)
        {
            var (mean, spread) = CrossValidation.MacroF1(examples, lexicon, folds, repeats, perClass);
            return new { mean = Math.Round(mean, 3), spread = Math.Round(spread, 3) };
        }
        return new { examples = examples.Count, cold = Of(2, 1, 0), fivePerClass = Of(5, 3, 5), tenPerClass = Of(5, 3, 10), fiveFold = Of(5, 3), tenFold = Of(10, 3) };
    }

    // Random sentences of the lexicon's own words: as long and as varied as what residents write.
    private static string Text(int seed)
    {
        var random = new Random(seed);
        var names = Taxonomy.Default;
        return string.Concat(Enumerable.Range(0, 45).Select(i => names[random.Next(names.Count)].Name + (i == 3 ? "\n" : i % 4 == 0 ? "。" : "的")));
    }
}
