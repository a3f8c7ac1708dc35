using System.Diagnostics;
using HotlinePush.Routing;
using HotlinePush.Tests.Routing;

namespace HotlinePush.Benchmarks;

/// <summary>Texts a second on one core, time to retrain, and, where HOTLINE_DATA names real messages, how often it is right.</summary>
internal static class ClassifierBenchmark
{
    private const string Name = "classifier";
    private const double Aim = 0.9;
    private const int Texts = 5000;
    private const int Learnt = 10_000;

    public static Task RunAsync(Report report)
    {
        using var memory = new PeakMemory();
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

        var characters = new { charactersPerText = Math.Round(texts.Average(t => t.Length)) };
        report.Informs(Name, "suggest", characters, perSecond, "texts/s");
        report.Informs(Name, "alarmWords", characters, alarmsPerSecond, "texts/s");
        report.Informs(Name, "retrain", new { examples = Learnt }, retrain, "s");
        Measure(report);
        memory.Tell(report, Name, null);
        return Task.CompletedTask;
    }

    private static void Measure(Report report)
    {
        if (Environment.GetEnvironmentVariable("HOTLINE_DATA") is not { Length: > 0 } folder)
            return;
        var lexicon = new Lexicon(Taxonomy.Default);
        var examples = CrossValidation.Read(Path.Combine(folder, "messages-labelled.csv"), lexicon);
        void Of(string learnt, int folds, int repeats, int perClass = int.MaxValue, double? bar = null)
        {
            var (mean, spread) = CrossValidation.MacroF1(examples, lexicon, folds, repeats, perClass);
            var parameters = new { learnt, folds, repeats, examples = examples.Count, spread = Math.Round(spread, 3) };
            if (bar is { } aim)
                report.Reaches(Name, "macroF1", parameters, mean, "", aim);
            else
                report.Informs(Name, "macroF1", parameters, mean, "");
        }

        Of("nothing", 2, 1, 0);
        Of("five per class", 5, 3, 5);
        Of("ten per class", 5, 3, 10);
        Of("all", 5, 3);
        Of("all", 10, 3, bar: Aim);
    }

    // Random sentences of the lexicon's own words: as long and as varied as what residents write.
    private static string Text(int seed)
    {
        var random = new Random(seed);
        var names = Taxonomy.Default;
        return string.Concat(Enumerable.Range(0, 45).Select(i => names[random.Next(names.Count)].Name + (i == 3 ? "\n" : i % 4 == 0 ? "。" : "的")));
    }
}
