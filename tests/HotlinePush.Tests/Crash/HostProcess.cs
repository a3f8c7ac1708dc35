using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using HotlinePush.Local;

namespace HotlinePush.Tests.Crash;

/// <summary>The embedded host as a process of its own, so that it can be killed like one.</summary>
internal sealed partial class HostProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private HostProcess(Process process) => _process = process;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static HostProcess Start(params string[] args) => StartOf(typeof(LocalHost).Assembly.Location, args);

    /// <summary>A process of these tests themselves: see <c>Program.cs</c>.</summary>
    public static HostProcess StartSelf(params string[] args) => StartOf(typeof(HostProcess).Assembly.Location, args);

    private static HostProcess StartOf(string program, string[] args)
    {
        var start = new ProcessStartInfo(Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet")))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(program);
        foreach (var arg in args)
            start.ArgumentList.Add(arg);
        var host = new HostProcess(new Process { StartInfo = start });
        host._process.OutputDataReceived += host.Note;
        host._process.ErrorDataReceived += host.Note;
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        return host;
    }

    /// <summary>Runs a command of the host to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] args)
    {
        using var host = Start(args);
        await host._process.WaitForExitAsync();
        return (host._process.ExitCode, host.Output);
    }

    /// <summary>Waits for a line of its output.</summary>
    public async Task<string> SaysAsync(Predicate<string> wanted)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            if (Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(l => wanted(l)) is { } line)
                return line;
            Assert.False(_process.HasExited, $"It ended by itself:\n{Output}");
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(120), $"It does not say what is waited for:\n{Output}");
            await Task.Delay(5);
        }
    }

    /// <summary>Until it ends by itself, and well.</summary>
    public async Task EndsAsync(TimeSpan within)
    {
        using var late = new CancellationTokenSource(within);
        await _process.WaitForExitAsync(late.Token);
        Assert.True(_process.ExitCode == 0, Output);
    }

    /// <summary>Until the path answers 200.</summary>
    public async Task AnswersAsync(HttpClient client, string path)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            Assert.False(_process.HasExited, $"The host ended by itself:\n{Output}");
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(120), $"The host does not answer {path}:\n{Output}");
            try
            {
                using var answer = await client.GetAsync(path);
                if (answer.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException)
            {
            }

            await Task.Delay(10);
        }
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: drains and stops.</summary>
    public async Task<int> StopAsync()
    {
        _ = SendSignal(_process.Id, 15);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private void Note(object sender, DataReceivedEventArgs e)
    {
        lock (_output)
            if (e.Data is not null && _output.Length < 200_000)
                _output.AppendLine(e.Data);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int pid, int signal);
}
